/**
 * What the person has drawn on one version, in full-resolution picture pixels.
 *
 * Every change gets a new revision number; the server answers with the revision its selection belongs to, and
 * with the highest revision that a message has used up ("consumed"). Kept in sessionStorage, so that a reload
 * does not lose them.
 */
class Strokes {
  constructor() {
    this.items = [];
    this.last = [];
    this.past = [];  // what `items` were before each step since they were empty
    this.revision = 0;
    this.store = null;
  }

  /** Continue the numbering of this conversation; bring back what a reload interrupted. */
  open(store, revision, width, height) {
    if (this.store === store) return false;
    this.store = store;
    this.items = [];
    this.last = [];
    this.past = [];
    this.revision = Math.max(this.revision, revision);
    try {
      const kept = JSON.parse(sessionStorage.getItem(store) ?? "null");
      if (kept && kept.width === width && kept.height === height && kept.items.length) {
        this.items = kept.items;
        this.revision = Math.max(this.revision, kept.revision) + 1;
        this.items.forEach((item) => { item.revision = this.revision; });
        return true;
      }
    } catch { /* a full or forbidden storage only costs the reload's memory */ }
    return false;
  }

  get pending() {
    return this.items.length > 0;
  }

  add(item) {
    this.past.push(this.items);
    this.revision += 1;
    this.items = [...this.items, { ...item, revision: this.revision }];
  }

  /** This instead of all that was there. */
  replace(item) {
    this.past.push(this.items);
    this.revision += 1;
    this.items = [{ ...item, revision: this.revision }];
  }

  /** Where the adjustments after the last mark begin. An inversion counts as a mark: what follows it is about its result. */
  get settled() {
    let end = this.items.length;
    while (end > 0 && this.items[end - 1].kind === "adjust" && this.items[end - 1].deed !== "invert") end -= 1;
    return end;
  }

  /** By how many pixels the edge ("edge": negative shrinks) or the softness ("feather") is set since the last mark. */
  adjusted(what) {
    const item = this.items.slice(this.settled).find(({ deed }) => (deed === "feather") === (what === "feather"));
    return item ? (item.deed === "shrink" ? -item.pixels : item.pixels) : 0;
  }

  /** Set it; the edge moves before it is softened. `begins`: a step of its own to take back. */
  adjust(what, pixels, begins) {
    if (begins) this.past.push(this.items);
    const edge = what === "edge" ? pixels : this.adjusted("edge"), soft = what === "feather" ? pixels : this.adjusted("feather");
    this.revision += 1;
    const kept = this.items.slice(0, this.settled), { revision } = this;
    if (edge) kept.push({ kind: "adjust", deed: edge > 0 ? "grow" : "shrink", pixels: Math.abs(edge), revision });
    if (soft) kept.push({ kind: "adjust", deed: "feather", pixels: soft, revision });
    this.items = kept;
  }

  undo() {
    this.items = this.past.pop() ?? this.items.slice(0, -1);
    this.touch();
  }

  clear() {
    if (this.items.length) this.last = this.items;
    this.items = [];
    this.past = [];
    this.touch();
  }

  reselect() {
    if (!this.items.length) this.items = this.last;
    this.touch();
  }

  /** The server has used everything up to `revision`. */
  consume(revision) {
    if (!this.items.length || this.revision > revision) return;
    this.last = this.items;
    this.items = [];
    this.past = [];
  }

  touch() {
    this.revision += 1;
    this.items = this.items.map((item) => ({ ...item, revision: this.revision }));
  }

  keep(width, height) {
    if (!this.store) return;
    try {
      if (this.items.length) {
        sessionStorage.setItem(this.store, JSON.stringify({ width, height, revision: this.revision, items: this.items }));
      } else sessionStorage.removeItem(this.store);
    } catch { /* see open() */ }
  }

  /** What goes to the server. */
  message(version, width, height) {
    const items = this.items.map(({ revision, ...item }) => item);
    return { version, width, height, revision: this.revision, items };
  }
}

/** Is `item` too small to have been meant (a box drawn by a slip)? */
function isSlip(item, scale) {
  if (item.kind !== "box") return false;
  const [x0, y0, x1, y1] = item.box;
  return Math.min(x1 - x0, y1 - y0) * scale < 4;
}

/** x0 < x1 and y0 < y1, inside the picture, whole pixels. */
function orderedBox(from, to, width, height) {
  const clip = (value, limit) => Math.round(Math.min(Math.max(value, 0), limit));
  return [
    clip(Math.min(from[0], to[0]), width), clip(Math.min(from[1], to[1]), height),
    clip(Math.max(from[0], to[0]), width), clip(Math.max(from[1], to[1]), height),
  ];
}
