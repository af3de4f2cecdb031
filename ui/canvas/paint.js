/** Everything that puts pixels on the two canvases. The functions know no events and keep no state. */

const TINT = "23, 201, 170";

/** Chequered ground that shows through transparent pixels; a pixel smaller all round, so as not to fringe opaque ones. */
function drawGround(context, view, ratio) {
  const [x, y] = view.toStage(0, 0).map((value) => value + 1);
  const width = view.picture.width * view.scale - 2, height = view.picture.height * view.scale - 2;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.fillStyle = "#fff";
  context.fillRect(x, y, width, height);
  context.fillStyle = "#d9d9d9";
  const size = 10, { width: sw, height: sh } = view.stage;
  for (let row = Math.max(0, Math.floor(-y / size)); y + row * size < Math.min(sh, y + height); row += 1) {
    for (let col = Math.max(0, Math.floor(-x / size)); x + col * size < Math.min(sw, x + width); col += 1) {
      if ((row + col) % 2) context.fillRect(x + col * size, y + row * size, size, size);
    }
  }
  context.restore();
}

/** One preview, stretched over the picture's pixels (or, when its shape differs, fitted inside them). */
function drawPreview(context, view, ratio, image, extent, alpha = 1) {
  const { width, height } = view.picture;
  let box = [0, 0, width, height];
  if (extent && Math.abs(extent.width / extent.height - width / height) > 0.01) {
    const scale = Math.min(width / extent.width, height / extent.height);
    const w = extent.width * scale, h = extent.height * scale;
    box = [(width - w) / 2, (height - h) / 2, w, h];
  }
  view.apply(context, ratio);
  context.imageSmoothingEnabled = (view.scale * ratio * width) / image.naturalWidth < 3;
  context.imageSmoothingQuality = "high";
  context.globalAlpha = alpha;
  context.drawImage(image, ...box);
  context.globalAlpha = 1;
}

/** Real pixels of a part of the picture, over the preview. */
function drawDetail(context, view, ratio, { image, box: [x0, y0, x1, y1] }) {
  view.apply(context, ratio);
  context.imageSmoothingEnabled = (view.scale * ratio * (x1 - x0)) / image.naturalWidth < 3;
  context.drawImage(image, x0, y0, x1 - x0, y1 - y0);
}

/** A greyscale-with-alpha mask picture turned into a tinted one, once per mask. */
function tinted(image) {
  const sheet = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = sheet.getContext("2d");
  context.drawImage(image, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = `rgb(${TINT})`;
  context.fillRect(0, 0, sheet.width, sheet.height);
  return sheet;
}

/** Brush and eraser strokes as one flat tint, so that crossing strokes do not add up. */
function drawInk(context, view, ratio, items, sheet) {
  const strokes = items.filter((item) => item.points);
  if (!strokes.length) return;
  const ink = sheet.getContext("2d");
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.clearRect(0, 0, sheet.width, sheet.height);
  view.apply(ink, ratio);
  ink.lineCap = ink.lineJoin = "round";
  ink.strokeStyle = ink.fillStyle = `rgb(${TINT})`;
  for (const { kind, radius, points } of strokes) {
    ink.globalCompositeOperation = kind === "eraser" ? "destination-out" : "source-over";
    ink.lineWidth = radius * 2;
    ink.beginPath();
    if (points.length === 1) {
      ink.arc(points[0][0], points[0][1], radius, 0, 7);
      ink.fill();
    } else {
      points.forEach((point, index) => (index ? ink.lineTo(...point) : ink.moveTo(...point)));
      ink.stroke();
    }
  }
  ink.globalCompositeOperation = "source-over";
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 0.5;
  context.drawImage(sheet, 0, 0);
  context.globalAlpha = 1;
}

/** A path through closed outlines, each a flat list x, y, x, y in picture pixels. */
function outlinePath(outlines) {
  const path = new Path2D();
  for (const flat of outlines) {
    for (let i = 0; i < flat.length; i += 2) i ? path.lineTo(flat[i], flat[i + 1]) : path.moveTo(flat[i], flat[i + 1]);
    path.closePath();
  }
  return path;
}

/** Black and white dashes that read on every picture; `phase` makes them walk. */
function drawAnts(context, view, ratio, path, phase) {
  view.apply(context, ratio);
  context.lineJoin = "round";
  context.lineWidth = 1.4 / view.scale;
  context.setLineDash([]);
  context.strokeStyle = "rgba(0, 0, 0, .75)";
  context.stroke(path);
  context.setLineDash([5 / view.scale, 5 / view.scale]);
  context.lineDashOffset = -phase / view.scale;
  context.strokeStyle = "#fff";
  context.stroke(path);
  context.setLineDash([]);
}

/** A candidate of a pending question: tint when pointed at, less of it when another one is; a firm outline always. */
function drawCandidate(context, view, ratio, path, hot, dimmed = false) {
  view.apply(context, ratio);
  context.fillStyle = `rgba(${TINT}, ${hot ? 0.5 : dimmed ? 0.06 : 0.22})`;
  context.fill(path, "evenodd");
  context.lineWidth = 3.5 / view.scale;
  context.strokeStyle = "rgba(0, 0, 0, .55)";
  context.stroke(path);
  context.lineWidth = 1.7 / view.scale;
  context.strokeStyle = "#fff";
  context.stroke(path);
}

function drawBox(context, view, ratio, [x0, y0, x1, y1]) {
  view.apply(context, ratio);
  const path = new Path2D();
  path.rect(x0, y0, x1 - x0, y1 - y0);
  drawAnts(context, view, ratio, path, 0);
}

function drawPoint(context, view, ratio, [x, y], positive) {
  const [sx, sy] = view.toStage(x, y);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.beginPath();
  context.arc(sx, sy, 8, 0, 7);
  context.fillStyle = positive ? `rgb(${TINT})` : "#e5484d";
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = "#fff";
  context.stroke();
  context.beginPath();
  context.moveTo(sx - 3.5, sy);
  context.lineTo(sx + 3.5, sy);
  if (positive) {
    context.moveTo(sx, sy - 3.5);
    context.lineTo(sx, sy + 3.5);
  }
  context.strokeStyle = positive ? "#06302a" : "#fff";
  context.stroke();
}

/** The brush's rim, or the keyboard's cross. */
function drawPointer(context, view, ratio, [sx, sy], radius) {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const [width, style] of [[3, "rgba(0, 0, 0, .5)"], [1.3, "#fff"]]) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.beginPath();
    if (radius) context.arc(sx, sy, radius, 0, 7);
    else {
      context.moveTo(sx - 10, sy);
      context.lineTo(sx + 10, sy);
      context.moveTo(sx, sy - 10);
      context.lineTo(sx, sy + 10);
    }
    context.stroke();
  }
}
