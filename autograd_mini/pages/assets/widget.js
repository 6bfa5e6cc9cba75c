function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.title = model.get("title");
  frame.className = "autograd-mini-page";
  frame.sandbox = "{{sandbox}}";
  frame.style.cssText = `width: 100%; border: 0; height: ${model.get("height")}px`;
  frame.srcdoc = model.get("page");
  let shown = null;  // the step that the page has told
  const go = () => {
    const step = model.get("step");
    if (shown !== null && step !== shown)
      frame.contentWindow?.postMessage({ autograd_mini: { go: step } }, "*");
  };
  const heard = (event) => {
    const told = event.data?.autograd_mini;
    if (event.source !== frame.contentWindow || !Number.isInteger(told?.step)) return;
    if (told.steps !== model.get("length")) return;  // with other inputs there may be others
    shown = told.step;
    if (told.asked) go();  // it may be asked for another one by now
    else if (shown !== model.get("step")) {
      model.set("step", shown);
      model.save_changes();
    }
  };
  window.addEventListener("message", heard);
  model.on("change:step", go);
  el.appendChild(frame);
  return () => {
    window.removeEventListener("message", heard);
    model.off("change:step", go);
  };
}
export default { render };
