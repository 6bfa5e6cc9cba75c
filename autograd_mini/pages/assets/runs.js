// The recordings of the page; the first is the one that its parts tell of.
const numberHearers = [];
const onNumbers = f => numberHearers.push(f);
const runs = (DATA.runs || []).map(run => new (run.packed ? Packed : Recording)(run));
const recording = runs[0];
