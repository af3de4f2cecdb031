/** Pictures to pick from, as cards in a grid or as one small chip. */
function card(item, variant, pick, drop) {
  const entry = document.createElement("li");
  const button = document.createElement("button");
  button.className = "card";
  button.setAttribute("aria-label", item.action ?? item.title);
  if (item.current) button.setAttribute("aria-current", "true");
  const frame = document.createElement("span"), image = document.createElement("img");
  frame.className = "frame";
  image.src = item.picture;
  image.alt = "";
  frame.append(image);
  const text = document.createElement("span");
  text.className = "text";
  for (const part of ["title", "detail"]) {
    if (!item[part]) continue;
    const line = document.createElement("span");
    line.className = part;
    line.textContent = item[part];
    text.append(line);
  }
  button.append(frame, text);
  button.onclick = () => pick(item.id);
  entry.append(button);
  if (item.removable) entry.append(dropButton(item, drop));
  return entry;
}

/** Deleting takes two clicks: the first one asks. */
function dropButton(item, drop) {
  const button = document.createElement("button");
  button.className = "drop";
  const ask = (sure) => {
    button.dataset.sure = sure;
    button.textContent = sure ? "Delete?" : "×";
    button.setAttribute("aria-label", sure ? `Really delete ${item.title}` : `Delete ${item.title}`);
  };
  ask(false);
  button.onclick = () => (button.dataset.sure === "true" ? drop(item.id) : ask(true));
  button.onblur = button.onpointerleave = () => ask(false);
  return button;
}

export default function mount({ data, parentElement, setStateValue }) {
  const list = parentElement.querySelector(".cards");
  list.className = `cards ${data.variant}`;
  list.setAttribute("aria-label", data.label);
  const command = commander(data, setStateValue);
  const pick = (id) => command({ deed: "pick", id }), drop = (id) => command({ deed: "drop", id });
  list.replaceChildren(...data.items.map((item) => card(item, data.variant, pick, drop)));
}
