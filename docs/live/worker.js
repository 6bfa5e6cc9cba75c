// Python in a thread of its own: a cell that does not end leaves the page alive, and is stopped by
// ending the thread. Messages in: {id, code, name}; out: {id, kind, text}, where kind "ready",
// "failed" (to start), "done" and "raised" (a cell's end) tell of the kernel itself.
import { loadPyodide } from "./pyodide.mjs";
import { Graphviz } from "./graphviz.js";

let id = null;
const send = (kind, text = "") => postMessage({ id, kind, text });

async function start() {
  const [python, graphviz, packages, source] = await Promise.all([
    loadPyodide({ env: { LANG: new URL(location).searchParams.get("lang") } }),
    Graphviz.load(),
    fetch("packages.zip").then((answer) => answer.arrayBuffer()),
    fetch("kernel.py").then((answer) => answer.text()),
  ]);
  self.graphviz = graphviz;  // where autograd_mini looks for it
  python.unpackArchive(packages, "zip", { extractDir: "/lib/packages" });
  python.runPython("import sys; sys.path.append('/lib/packages')");
  const names = python.toPy({ __name__: "kernel" });
  python.runPython(source, { globals: names, filename: "/lib/kernel.py" });
  const kernel = names.get("Kernel")(send);
  send("ready");
  return kernel;
}

const starting = start();
starting.catch((error) => send("failed", String(error)));

onmessage = async ({ data }) => {
  const kernel = await starting;
  id = data.id;
  try {
    send(kernel.run(data.code, data.name) ? "done" : "raised");
  } catch (error) {  // the kernel itself broke, as when the browser's stack is used up
    send("failed", String(error));
  }
};
