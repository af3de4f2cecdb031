/** What stands on the easel: takes over what Python sends, and puts it on the screen. */
const HINTS = {
  pick: "Click the region. The wheel or [ ] takes more or less; Shift-click adds.",
  add: "Click what you mean. Alt-click leaves something out.",
  remove: "Click what should stay out of the selection.",
  box: "Drag a box around what you mean.",
  brush: "Paint over what you mean. Alt erases; [ and ] change the size.",
  eraser: "Take paint away. [ and ] change the size.",
};

const FLASH = 2600;  // milliseconds that the outline of what changed stays

/** While a job runs the chat input is disabled and loses the focus: hand it back, unless the person went elsewhere. */
function giveWordBack() {
  if (document.activeElement !== document.body || !matchMedia("(pointer: fine)").matches) return;
  document.querySelector("[data-testid=stChatInputTextArea]")?.focus({ preventScroll: true });
}

class Easel {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.all = (selector) => [...root.querySelectorAll(selector)];
    this.easel = this.find(".easel");
    this.stage = this.find(".stage");
    this.base = this.find("canvas.picture");
    this.top = this.find("canvas.marks");
    this.view = new View();
    this.strokes = new Strokes();
    this.ink = new OffscreenCanvas(1, 1);
    this.pictures = new Map();
    this.regions = new Regions();
    this.pointed = null;
    this.tool = "add";
    this.size = 36;
    this.pointers = new Map();
    this.current = null;
    this.hover = null;
    this.cross = null;
    this.compare = null;
    this.split = 0.5;
    this.phase = 0;
    this.data = null;
    this.ghost = new Ghost(this);
    this.ideas = new Ideas(this);
  }

  /* ---- what Python says ------------------------------------------------------------------------------- */

  update({ data, setStateValue }) {
    const before = this.data;
    this.data = data;
    this.setState = setStateValue;
    this.order = commander(data, setStateValue);
    const restored = this.strokes.open(`pentimento:${data.conversation}`, data.consumed, data.width, data.height);
    this.strokes.consume(data.consumed);
    const resized = before && (before.width !== data.width || before.height !== data.height);
    if (resized) this.strokes.clear();
    this.view.setPicture(data.width, data.height);
    this.showPicture(data, before);
    this.showDetail(data.detail);
    this.showOverlay(data.overlay);
    this.showCandidates(data.candidates, before);
    this.showRegions(data);
    this.showShelf(data, before);
    this.showChanged(data, before);
    this.ghost.show(data.place);
    this.ideas.show(data.ideas);
    if (!data.before && this.compare) this.setCompare(null);
    if (data.comparing && data.comparing !== before?.comparing) this.setCompare("split");
    if (this.strokes.pending && (restored || (before && before.version !== data.version))) {
      this.strokes.touch();
      this.send();
    }
    this.strokes.keep(data.width, data.height);
    if (before?.busy && !data.busy) setTimeout(giveWordBack, 200);
    this.refresh();
  }

  showPicture(data, before) {
    this.load(data.picture, (image) => {
      if (this.data.picture !== data.picture || this.image === image) return;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const same = before && before.width === data.width && before.height === data.height;
      this.fading = this.image && same && !still ? { image: this.image, start: performance.now() } : null;
      this.image = image;
      this.easel.dataset.shown = data.version;
      this.paint();
    });
    if (data.before) this.load(data.before.picture, () => this.paint());
  }

  /** Real pixels for the part looked at closely; the preview stays underneath. */
  showDetail(detail) {
    if (!detail) {
      this.detail = null;
      return;
    }
    if (this.detail?.picture === detail.picture) return;
    const image = new Image();
    image.onload = () => {
      if (this.data.detail?.picture !== detail.picture) return;
      this.detail = { ...detail, image };
      this.paint();
      this.refresh();
    };
    image.src = detail.picture;
  }

  /** Ask for real pixels once the view has come to rest and the preview is too coarse for it. */
  askForDetail() {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => {
      const { view, data, image } = this;
      if (!image || !data || view.scale * this.ratio < (1.1 * image.naturalWidth) / data.width) return;
      const [x0, y0] = view.toPicture(0, 0), [x1, y1] = view.toPicture(view.stage.width, view.stage.height);
      const seen = orderedBox([x0, y0], [x1, y1], data.width, data.height);
      const has = data.detail?.version === data.version ? data.detail.box : null;
      if (has && has[0] <= seen[0] && has[1] <= seen[1] && has[2] >= seen[2] && has[3] >= seen[3]) {
        const wide = (has[2] - has[0]) > 2 * (seen[2] - seen[0]);
        if (!wide) return;
      }
      const pad = Math.round((seen[2] - seen[0]) * 0.15);
      const box = orderedBox([seen[0] - pad, seen[1] - pad], [seen[2] + pad, seen[3] + pad], data.width, data.height);
      this.setState("view", { version: data.version, box });
    }, 260);
  }

  load(source, done) {
    const known = this.pictures.get(source);
    if (known) return known.complete && done(known);
    const image = new Image();
    this.pictures.set(source, image);
    while (this.pictures.size > 6) this.pictures.delete(this.pictures.keys().next().value);
    image.onload = () => done(image);
    image.src = source;
  }

  showOverlay(overlay) {
    if (overlay?.revision === this.overlay?.revision && overlay?.mask === this.overlay?.source) return;
    if (!overlay) {
      this.overlay = null;
      return;
    }
    if (!overlay.mask) {
      this.overlay = { ...overlay, source: "", sheet: null, path: new Path2D() };
      return;
    }
    const image = new Image();
    image.onload = () => {
      if (this.data.overlay?.revision !== overlay.revision) return;
      this.overlay = { ...overlay, source: overlay.mask, sheet: tinted(image), path: outlinePath(overlay.outlines) };
      this.refresh();
    };
    image.src = overlay.mask;
  }

  /** What can be pointed at; it belongs to one version only. */
  showRegions(data) {
    const map = data.regions?.version === data.version ? data.regions : null;
    if (map?.atoms !== this.regions.source) this.pointed = null;
    this.regions.show(map, () => this.refresh());
  }

  /** Where the version on the easel differs from the one before it; outlined for a moment when it arrives. */
  showChanged(data, before) {
    if (!before || before.version === data.version) return;
    this.changed = data.changed.length ? outlinePath(data.changed) : null;
    this.flashing = this.changed ? performance.now() : 0;
  }

  showCandidates(candidates, before) {
    const same = JSON.stringify(candidates) === JSON.stringify(before?.candidates ?? []);
    if (same && before) return;
    this.candidates = candidates.map((one) => ({ ...one, path: outlinePath(one.outlines) }));
    this.hot = null;
    this.find(".badges").replaceChildren(...this.candidates.map((one) => {
      const badge = document.createElement("button");
      badge.textContent = one.index;
      badge.setAttribute("aria-label", `Choose number ${one.index}`);
      badge.title = one.label;
      badge.onclick = () => this.command("choose", { index: one.index });
      badge.onpointerenter = badge.onfocus = () => this.point(one.index);
      badge.onpointerleave = badge.onblur = () => this.point(null);
      return badge;
    }));
  }

  /** Highlight one candidate, and say why it is one. */
  point(index) {
    if (this.hot === index) return;
    this.hot = index;
    this.easel.dataset.hot = index ?? "none";
    this.find(".hint").textContent = this.hintText();
    this.ideas.fit();
    this.paintMarks();
  }

  /* ---- showing ---------------------------------------------------------------------------------------- */

  resize() {
    const { clientWidth, clientHeight } = this.stage;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    for (const sheet of [this.base, this.top, this.ink]) {
      sheet.width = Math.max(1, Math.round(clientWidth * this.ratio));
      sheet.height = Math.max(1, Math.round(clientHeight * this.ratio));
    }
    this.view.setStage(clientWidth, clientHeight);
    this.paint();
    this.refresh();
  }

  paint() {
    if (!this.image || !this.ratio) return;
    const context = this.base.getContext("2d"), { view, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.base.width, this.base.height);
    drawGround(context, view, ratio);
    const before = this.data.before && this.pictures.get(this.data.before.picture);
    const fade = this.fading ? Math.min(1, (performance.now() - this.fading.start) / 320) : 1;
    if (this.compare === "hold" && before?.complete) drawPreview(context, view, ratio, before, this.data.before);
    else {
      if (fade < 1) drawPreview(context, view, ratio, this.fading.image, null);
      drawPreview(context, view, ratio, this.image, null, fade);
      if (fade === 1 && this.detail?.version === this.data.version) drawDetail(context, view, ratio, this.detail);
      if (this.compare === "split" && before?.complete) this.paintBeforeHalf(context, before);
    }
    if (fade < 1) requestAnimationFrame(() => this.paint());
    else this.fading = null;
    this.askForDetail();
    this.placeDivider();
    this.paintMarks();
  }

  paintBeforeHalf(context, image) {
    const { view, ratio } = this;
    view.apply(context, ratio);
    context.save();
    context.beginPath();
    context.rect(0, 0, view.picture.width * this.split, view.picture.height);
    context.clip();
    drawPreview(context, view, ratio, image, this.data.before);
    context.restore();
  }

  placeDivider() {
    const divider = this.find(".divider"), split = this.compare === "split";
    divider.hidden = !split;
    this.find(".caption.before").hidden = !this.compare;
    this.find(".caption.before").textContent = this.data.before?.label ?? "Before";
    this.find(".caption.after").hidden = !split;
    if (!split) return;
    divider.style.left = `${this.view.x + this.view.picture.width * this.view.scale * this.split}px`;
    divider.setAttribute("aria-valuenow", Math.round(this.split * 100));
  }

  paintMarks() {
    if (!this.image || !this.ratio) return;
    const context = this.top.getContext("2d"), { view, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.top.width, this.top.height);
    this.paintChanged(context);
    if (!this.compare) {
      this.paintCandidates(context);
      this.paintSelection(context);
      this.paintPointed(context);
      if (this.current?.box) drawBox(context, view, ratio, this.current.box);
      if (this.cross) drawPointer(context, view, ratio, view.toStage(...this.cross), 0);
      if (this.hover && this.paints && !this.stage.dataset.pan) {
        drawPointer(context, view, ratio, this.hover, this.size / 2);
      }
    }
    this.placeBadges();
    this.ghost.fit();
  }

  paintSelection(context) {
    const { view, ratio, strokes } = this;
    const shown = this.overlay && strokes.pending ? this.overlay : null;
    if (shown?.sheet) {
      view.apply(context, ratio);
      context.imageSmoothingEnabled = true;
      context.globalAlpha = 0.42;
      context.drawImage(shown.sheet, 0, 0, view.picture.width, view.picture.height);
      context.globalAlpha = 1;
      drawAnts(context, view, ratio, shown.path, this.phase);
    }
    const fresh = strokes.items.filter((item) => !shown || item.revision > shown.revision);
    drawInk(context, view, ratio, [...fresh, ...(this.current?.points ? [this.current] : [])], this.ink);
    for (const item of strokes.items) {
      if (item.kind === "box" && fresh.includes(item)) drawBox(context, view, ratio, item.box);
      if (item.kind === "point") drawPoint(context, view, ratio, [item.point[0] + 0.5, item.point[1] + 0.5], item.positive);
    }
  }

  /** The region under the pointer, and the saved selection whose name is pointed at. */
  paintPointed(context) {
    const { view, ratio } = this;
    const last = this.strokes.items.at(-1);
    const taken = last?.kind === "pick" && last.index === this.pointed?.id && last.version === this.data.version;
    if (this.tool === "pick" && this.pointed && this.regions.ready && !taken && !this.dragging && !this.data.busy) {
      view.apply(context, ratio);
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = "high";
      context.drawImage(this.regions.sheet(this.pointed.id), 0, 0, view.picture.width, view.picture.height);
    }
    if (this.outlined) drawCandidate(context, view, ratio, this.outlined, true);
  }

  paintChanged(context) {
    if (!this.flashing) return;
    const gone = (performance.now() - this.flashing) / FLASH;
    if (gone >= 1) {
      this.flashing = 0;
      return;
    }
    context.globalAlpha = Math.min(1, 3 * (1 - gone));
    drawAnts(context, this.view, this.ratio, this.changed, this.phase);
    context.globalAlpha = 1;
  }

  paintCandidates(context) {
    if (this.strokes.pending) return;
    const others = (this.candidates ?? []).filter((one) => one.index !== this.hot);
    for (const one of others) drawCandidate(context, this.view, this.ratio, one.path, false, this.hot !== null);
    const hot = this.candidates?.find((one) => one.index === this.hot);
    if (hot) drawCandidate(context, this.view, this.ratio, hot.path, true);
  }

  placeBadges() {
    const badges = this.find(".badges");
    badges.hidden = Boolean(this.compare) || this.strokes.pending;
    [...badges.children].forEach((badge, index) => {
      const [x, y] = this.view.toStage(...this.candidates[index].anchor);
      badge.style.left = `${Math.min(Math.max(x, 18), this.stage.clientWidth - 18)}px`;
      badge.style.top = `${Math.min(Math.max(y, 18), this.stage.clientHeight - 18)}px`;
      badge.dataset.hot = this.candidates[index].index === this.hot;
    });
  }

  /** Buttons, captions and facts that follow from the state. */
  refresh() {
    const { data, strokes } = this;
    if (!data) return;
    const enable = (act, on) => this.all(`[data-act=${act}]`).forEach((button) => { button.disabled = !on; });
    enable("unstroke", strokes.pending);
    enable("clear", strokes.pending);
    enable("reselect", !strokes.pending && strokes.last.length > 0);
    enable("undo", data.can.undo && !data.busy);
    enable("redo", data.can.redo && !data.busy);
    enable("hold", data.before);
    enable("split", data.before);
    this.find("[data-act=actual]").textContent = `${Math.round(this.view.scale * 100)}%`;
    this.find(".actions").hidden = !strokes.pending || Boolean(data.question) || data.busy || Boolean(this.compare);
    if (this.find(".actions").hidden) {
      this.find(".palette").hidden = true;
      this.find(".refine").hidden = true;
    }
    this.showRefining();
    const settled = this.overlay && this.overlay.revision >= strokes.revision;
    this.find(".share").textContent = !settled ? (data.looking ? "Looking at the picture…" : "Selecting…") : this.overlay.share > 0 ? `${this.overlay.label} selected` : "Nothing selected";
    this.all("[data-quick]").forEach((button) => { button.disabled = settled && this.overlay.share === 0; });
    this.find(".ask").hidden = !data.question || Boolean(this.compare);
    this.find(".ask-text").textContent = data.question ?? "";
    this.find("[data-act=answer]").hidden = !strokes.pending;
    this.find("[data-act=decline]").hidden = strokes.pending || !data.candidates.length;
    this.find(".working").hidden = !data.busy && !(data.looking && (this.tool === "pick" || strokes.pending));
    this.find(".facts").textContent = `${data.width} × ${data.height}${data.label ? ` · ${data.label}` : ""}`;
    this.find(".hint").textContent = this.hintText();
    this.ideas.fit();
    Object.assign(this.easel.dataset, {
      version: data.version, marks: strokes.items.length, revision: strokes.revision,
      overlay: settled && strokes.pending ? "settled" : "none", detail: this.detail?.version ?? "none", compare: this.compare ?? "off",
      share: settled && strokes.pending ? this.overlay.label : "", pointed: this.pointed?.id ?? "none",
      regions: this.regions.ready ? this.data.version : data.looking ? "looking" : "none",
    });
    this.paintMarks();
  }

  hintText() {
    if (this.data.busy) return "Working…";
    if (this.compare === "split") return "Drag the divider. S leaves.";
    if (this.candidates?.length && !this.strokes.pending) {
      const hot = this.candidates.find((one) => one.index === this.hot);
      if (hot?.label) return `${hot.index}: ${hot.label}`;
      return this.candidates.length === 1 ? "Press 1 if it is this; or click the right thing." : "Click the one you mean, or press its number.";
    }
    if (this.tool === "pick" && !this.regions.ready) {
      return this.data.looking ? "Looking at the picture; regions light up in a moment." : "Click what you mean.";
    }
    return HINTS[this.tool];
  }
}
