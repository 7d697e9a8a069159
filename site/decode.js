// What the page's program leaves to the browser's own decoders. Both throw, and
// say nothing more, where there is nothing to give.

// inflate unfolds a zlib stream of at most so many bytes.
export async function inflate(stream, most) {
  const reader = new Response(stream).body.pipeThrough(new DecompressionStream("deflate")).getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    if ((length += value.length) > most) {
      reader.cancel();
      throw new RangeError("more than " + most + " bytes");
    }
    chunks.push(value);
  }
}

// pixels decodes a JPEG, WebP or GIF file to RGBA bytes, row by row. A canvas
// is read only where nothing else can be, and only if it gives back what was
// put on it: browsers that guard against fingerprinting change that.
export async function pixels(file, width, height) {
  const bitmap = await createImageBitmap(new Blob([file]), { premultiplyAlpha: "none", colorSpaceConversion: "none" });
  if (bitmap.width !== width || bitmap.height !== height) throw new RangeError("another size than its file says");
  if (globalThis.VideoFrame) {
    const frame = new VideoFrame(bitmap, { timestamp: 0 }), rgba = new Uint8Array(4 * width * height);
    try {
      await frame.copyTo(rgba, { format: "RGBA" });
      return rgba;
    } catch {
      // an older browser, which copies video only
    } finally {
      frame.close();
    }
  }
  const canvas = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  const read = () => canvas.getImageData(0, 0, width, height).data;
  const known = new ImageData(Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => i % 4 === 3 ? 255 : i * i), width, height);
  canvas.putImageData(known, 0, 0);
  if (read().some((v, i) => v !== known.data[i])) throw new TypeError("canvases are not to be read");
  canvas.clearRect(0, 0, width, height);
  canvas.drawImage(bitmap, 0, 0);
  return read();
}
