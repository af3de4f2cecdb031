/** Selections with a name, below the picture; and masks that come from files or go into them. */
const LARGEST_FILE = 30e6;  // bytes
const PENCIL = '<svg viewBox="0 0 20 20"><path d="m4.4 15.6.7-3.2 8-8 2.5 2.5-8 8z"/></svg>';
const CROSS = '<svg viewBox="0 0 20 20"><path d="m6 6 8 8M14 6l-8 8"/></svg>';
const delivered = new Set();  // downloads that this page has had

class Shelf extends Refining {
  listenShelf() {
    const file = this.find("input[type=file]");
    file.onchange = () => { this.upload(file.files[0]); file.value = ""; };
    this.stage.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      this.stage.dataset.drop = "";
    });
    this.stage.addEventListener("dragleave", () => { delete this.stage.dataset.drop; });
    this.stage.addEventListener("drop", (event) => {
      event.preventDefault();
      delete this.stage.dataset.drop;
      this.upload(event.dataTransfer.files[0]);
    });
  }

  showShelf(data, before) {
    this.deliver(data.download);
    if (this.uploading && data.received >= this.uploading) {
      this.uploading = 0;
      this.setState("upload", null);  // the server has it: not again with every rerun
    }
    this.find(".offer").hidden = !data.offer;
    this.find(".offer-text").textContent = data.offer ?? "";
    const drawn = JSON.stringify(data.named);
    if (this.shelved === drawn || (before && this.find(".shelf input"))) return;
    this.shelved = drawn;
    this.named = data.named.map((one) => ({ ...one, path: outlinePath(one.outlines) }));
    this.find(".shelf").hidden = !this.named.length;
    this.find(".chips").replaceChildren(...this.named.map((one) => this.chip(one)));
    this.easel.dataset.named = this.named.map((one) => one.name).join("|");
  }

  chip(one) {
    const chip = document.createElement("div");
    chip.className = "chip";
    chip.dataset.fits = one.fits;
    const load = document.createElement("button");
    load.className = "load";
    load.textContent = one.name;
    load.title = one.fits ? "Select this. Shift-click adds it" : "Outside this version of the picture";
    load.disabled = !one.fits;
    load.onclick = (event) => this.take(one.name, event.shiftKey);
    chip.onpointerenter = () => this.pointOut(one);
    chip.onpointerleave = () => this.pointOut(null);
    load.onfocus = () => this.pointOut(one);
    load.onblur = () => this.pointOut(null);
    const rename = this.small(PENCIL, `Rename ${one.name}`, () => this.rename(one, chip));
    const drop = this.small(CROSS, `Delete ${one.name}`, () => this.command("delete_selection", { selection: one.name }));
    chip.append(load, rename, drop);
    return chip;
  }

  small(icon, label, deed) {
    const button = document.createElement("button");
    button.className = "small";
    button.innerHTML = icon;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.onclick = deed;
    return button;
  }

  pointOut(one) {
    this.outlined = one?.fits ? one.path : null;
    this.paintMarks();
  }

  take(name, adds) {
    const item = { kind: "saved", name };
    if (adds) this.strokes.add(item);
    else this.strokes.replace(item);
    this.send();
  }

  rename(one, chip) {
    const field = document.createElement("input");
    field.value = one.name;
    field.maxLength = 60;
    field.setAttribute("aria-label", "Selection name");
    let done = false;
    const finish = (keep) => {
      if (done) return;
      done = true;
      const name = field.value.trim();
      chip.replaceWith(this.chip(one));
      if (keep && name && name !== one.name) this.command("rename_selection", { selection: one.name, as: name });
    };
    field.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === "Escape") finish(event.key === "Enter");
    };
    field.onblur = () => finish(true);
    chip.replaceChildren(field);
    field.focus();
    field.select();
  }

  /* ---- files ------------------------------------------------------------------------------------------ */

  upload(file) {
    if (!file || this.data.busy) return;
    if (file.size > LARGEST_FILE) return this.say(`${file.name} is larger than ${LARGEST_FILE / 1e6} MB; make a smaller one.`);
    const reader = new FileReader();
    reader.onload = () => {
      this.uploading = performance.timeOrigin + performance.now();
      this.setState("upload", { serial: this.uploading, name: file.name, data: reader.result.split(",", 2)[1] ?? "" });
      this.say(`Reading ${file.name} …`, 1500);
    };
    reader.onerror = () => this.say(`${file.name} could not be read.`);
    reader.readAsDataURL(file);
  }

  deliver(download) {
    if (!download || delivered.has(download.id)) return;
    delivered.add(download.id);
    const bytes = Uint8Array.from(atob(download.data), (one) => one.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: download.file.endsWith("png") ? "image/png" : "application/json" }));
    link.download = download.file;
    this.easel.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** One sentence over the picture, for a few seconds. */
  say(sentence, during = 6000) {
    const notice = this.find(".notice");
    notice.textContent = sentence;
    notice.hidden = false;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { notice.hidden = true; }, during);
  }
}
