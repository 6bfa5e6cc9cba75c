"""Which instructions of a chunk are computed together, as vectors, where there are no samples.

Instructions of one opcode that are equally far from the chunk's end do not wait for one another.
Those whose results are used side by side are put side by side (Larsen and Amarasinghe, Exploiting
superword level parallelism, 2000): from the end of the chunk, a pack asks for packs as operands.
Cheap ones whose operands would have to be put together one by one are computed one by one.
"""

from collections import defaultdict
from collections.abc import Container, Sequence

Pack = tuple[int, ...]

_CHEAP = frozenset({"+", "-", "*", "neg", "abs", "select", "<", "<=", ">", ">=", "==", "!="})
_ON_VECTORS = _CHEAP | {"/", "sqrt", "exp", "expm1", "log", "log1p", "tanh", "sin", "cos"}


class Slots:
    """Places in memory, used again when nobody needs what is there."""

    def __init__(self, size: int) -> None:
        self.size, self.of = size, dict[int, int]()
        self.free: defaultdict[int, list[int]] = defaultdict(list)

    def take(self, values: Pack) -> int:
        """Places side by side for these values; the first."""
        free = self.free[len(values)]
        if not free:
            free.append(self.size)
            self.size += len(values)
        first = free.pop()
        self.of.update((x, first + k) for k, x in enumerate(values))
        return first

    def leave(self, values: Pack) -> None:
        """Nobody needs these values any more."""
        self.free[len(values)].append(min([self.of.pop(x) for x in values]))


def packed(code: Sequence[tuple[str, Pack]], chunk: Sequence[int], width: int) -> list[Pack]:
    """The instructions of a chunk in an order of computing, as packs of up to `width`."""
    depth = dict.fromkeys(chunk, 0)
    levels: defaultdict[int, list[int]] = defaultdict(list)
    for i in reversed(chunk):
        levels[depth[i]].append(i)
        for x in code[i][1]:
            if x in depth:
                depth[x] = max(depth[x], depth[i] + 1)
    asked: defaultdict[int, list[Pack]] = defaultdict(list)
    pack_of: dict[int, Pack] = {}  # of those that were asked for

    def can_be_packed(column: Pack) -> bool:
        if column[0] not in depth or len({*column}) < len(column):
            return False
        opcode, level = code[column[0]][0], depth[column[0]]
        return opcode in _ON_VECTORS and all(
            depth.get(x) == level and x not in pack_of and code[x][0] == opcode for x in column
        )

    def is_apart(column: Pack) -> bool:
        beside = len({*column}) == 1 or pack_of.get(column[0]) == column or can_be_packed(column)
        return not beside and 2 * sum(x in depth for x in column) >= len(column)

    order: list[list[Pack]] = []
    for level in range(len(levels)):
        taken: list[Pack] = []
        for pack in asked[level] + _seeds(code, levels[level][::-1], pack_of, width):
            columns = [*zip(*(code[i][1] for i in pack), strict=True)] if len(pack) > 1 else []
            if sum(map(is_apart, columns)) > (pack[0] in pack_of) and code[pack[0]][0] in _CHEAP:
                taken += [(i,) for i in pack]
                continue
            taken.append(pack)
            for column in filter(can_be_packed, columns):
                pack_of.update(dict.fromkeys(column, column))
                asked[depth[column[0]]].append(column)
        order.append(taken)
    return [pack for taken in reversed(order) for pack in taken]


def _seeds(
    code: Sequence[tuple[str, Pack]], level: list[int], asked: Container[int], width: int
) -> list[Pack]:
    """What no pack asked for, in the order of the program: as large packs as there can be."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for i in level:
        if i not in asked:
            groups[code[i][0]].append(i)
    seeds = []
    for opcode, numbers in groups.items():
        while numbers:
            size = width if opcode in _ON_VECTORS else 1
            while size > len(numbers):
                size //= 2
            seeds.append(tuple(numbers[:size]))
            del numbers[:size]
    return seeds
