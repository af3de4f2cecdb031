/** The tree of versions: columns are steps from the original, lanes are branches. */
const STEP = 122, LANE = 96, WIDTH = 98, HEIGHT = 66;
const SPLIT = '<svg viewBox="0 0 20 20"><rect x="3" y="4.5" width="14" height="11" rx="1.6"/><path d="M10 2.5v15"/></svg>';

const left = (node) => node.column * STEP, top = (node) => node.lane * LANE;

function wire(parent, node) {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const x0 = left(parent) + WIDTH, y0 = top(parent) + HEIGHT / 2, x1 = left(node), y1 = top(node) + HEIGHT / 2;
  const bend = x0 + (STEP - WIDTH) / 2;
  path.setAttribute("d", y0 === y1 ? `M${x0} ${y0}H${x1}` : `M${x0} ${y0}H${bend}V${y1}H${x1}`);
  if (node.on_path) path.setAttribute("class", "path");
  return path;
}

function entry(node, command) {
  const box = document.createElement("div");
  box.className = "node";
  box.style.left = `${left(node)}px`;
  box.style.top = `${top(node)}px`;
  Object.assign(box.dataset, { current: node.current, off: !node.on_path, compared: node.compared, id: node.id });
  const go = document.createElement("button");
  go.className = "go";
  go.title = node.detail;
  go.setAttribute("aria-label", `Go to version ${node.number}: ${node.label}`);
  if (node.current) go.setAttribute("aria-current", "true");
  go.onclick = () => command({ name: "go", id: node.id });
  const image = document.createElement("img");
  image.src = node.picture;
  image.alt = "";
  go.append(image);
  box.append(go);
  if (!node.current) {
    const compare = document.createElement("button");
    compare.className = "with";
    compare.innerHTML = SPLIT;
    compare.title = "Compare with this";
    compare.setAttribute("aria-label", `Compare with version ${node.number}`);
    compare.onclick = () => command({ name: "compare", id: node.id });
    box.append(compare);
  }
  box.append(label(node, command));
  return box;
}

function label(node, command) {
  const line = document.createElement("div");
  line.className = "label";
  const name = document.createElement(node.current ? "button" : "span");
  name.className = node.current ? "name rename" : "name";
  name.textContent = node.label;
  name.title = node.current ? `${node.detail}\nClick to name this version` : node.detail;
  if (node.current) {
    name.setAttribute("aria-label", `Name version ${node.number}`);
    name.onclick = () => rename(node, line, name, command);
  }
  line.append(name);
  return line;
}

function rename(node, line, name, command) {
  const input = document.createElement("input");
  input.value = node.label;
  input.maxLength = 60;
  input.setAttribute("aria-label", "Version name");
  let done = false;
  const finish = (keep) => {
    if (done) return;
    done = true;
    line.replaceChildren(name);
    if (keep && input.value.trim() !== node.label) command({ name: "rename", id: node.id, label: input.value.trim() });
  };
  input.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === "Escape") finish(event.key === "Enter");
  };
  input.onblur = () => finish(true);
  line.replaceChildren(input);
  input.focus();
  input.select();
}

export default function mount({ data, parentElement, setStateValue }) {
  const tree = parentElement.querySelector(".tree"), wires = parentElement.querySelector(".wires");
  const strip = parentElement.querySelector(".strip");
  const command = commander(data, setStateValue);
  // a rerun that brings nothing new must not take the field away from somebody who is typing a name
  const drawn = JSON.stringify(data.nodes);
  if (tree.querySelector("input") && strip.dataset.drawn === drawn) return;
  strip.dataset.drawn = drawn;
  const byId = new Map(data.nodes.map((node) => [node.id, node]));
  const parents = data.nodes.filter((node) => byId.has(node.parent));
  wires.replaceChildren(...parents.map((node) => wire(byId.get(node.parent), node)));
  tree.replaceChildren(wires, ...data.nodes.map((node) => entry(node, command)));
  const width = Math.max(...data.nodes.map(left)) + WIDTH + 6, height = Math.max(...data.nodes.map(top)) + LANE - 4;
  tree.style.width = wires.style.width = `${width}px`;
  tree.style.height = wires.style.height = `${height}px`;
  const current = data.nodes.find((node) => node.current);
  if (current && strip.dataset.shown !== current.id) {
    strip.dataset.shown = current.id;
    strip.scrollTo({
      left: left(current) - strip.clientWidth / 2 + WIDTH / 2,
      top: Math.max(0, top(current) + LANE - strip.clientHeight),  // what lies above it stays in sight
      behavior: "instant",
    });
  }
}
