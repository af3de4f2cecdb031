/** What could be in the place that is marked: a few things below the picture, to click. */
class Ideas {
  constructor(canvas) {
    this.canvas = canvas;
    this.row = canvas.find(".ideas");
    this.ideas = null;
  }

  /** Take over what Python sends: {revision, things: [{thing, phrase}]}, or null. */
  show(ideas) {
    const drawn = JSON.stringify(ideas);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.ideas = ideas;
      this.row.replaceChildren(...(ideas?.things ?? []).map((one) => this.chip(one)));
    }
    this.fit();
  }

  chip({ thing, phrase }) {
    const chip = document.createElement("button");
    chip.textContent = thing;
    chip.title = `Add ${phrase}`;
    chip.setAttribute("aria-label", `Add ${thing}`);
    chip.onclick = () => this.canvas.command("idea", { thing });
    return chip;
  }

  /** They are shown as long as the marks are those they were made for, in place of the hint. */
  fit() {
    const { data, strokes, compare } = this.canvas;
    const shown = this.ideas?.things.length && strokes.pending && strokes.revision === this.ideas.revision;
    this.row.hidden = !shown || data.busy || Boolean(data.question) || Boolean(compare);
    this.canvas.find(".hint").hidden = !this.row.hidden;
  }
}
