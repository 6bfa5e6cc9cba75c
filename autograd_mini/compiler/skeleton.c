/* {name}: made by autograd_mini, C11. Of sample i:
{about}
   Returns 0, or 1 if there is no memory for {memory} numbers. */
#ifndef {guard}
#define {guard}

#include <stddef.h>

int {name}(const double *shared, const double *const *samples, size_t count,
{indent}double *once, double *const *each);

#endif
--------
#include <math.h>
#include <stdlib.h>

{header}
{primitives}
typedef struct {{
    const double *shared, *const *samples;
    size_t count;
    double *once, *const *each, *m, *v;
}} state;
{functions}
int {name}(const double *shared, const double *const *samples, size_t count,
{indent}double *once, double *const *each)
{{
    state data = {{shared, samples, count, once, each, NULL, NULL}}, *s = &data;
    s->m = calloc({memory}, sizeof(double));
    if (s->m == NULL)
        return 1;
    s->v = s->m + {first};
{calls}
    free(s->m);
    return 0;
}}
