// Photos are made smaller before they leave the phone, and shown small before sending.
// Without this script the form works all the same; the server drops what a camera wrote.
(() => {
  const load = (file) => new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onerror = fail;
    reader.onload = () => {
      const image = new Image();
      image.onerror = fail;
      image.onload = () => done(image);
      image.src = reader.result;
    };
    reader.readAsDataURL(file);
  });
  const draw = (image, longest) => {
    const ratio = Math.min(1, longest / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * ratio));
    canvas.height = Math.max(1, Math.round(image.height * ratio));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  };
  const smaller = async (file, longest) => {
    if (!file.type.startsWith("image/")) return { file };
    const image = await load(file);
    const seen = draw(image, 160).toDataURL("image/jpeg", 0.7);
    const canvas = draw(image, longest);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    if (!blob || blob.size >= file.size) return { file, seen };
    const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
    return { file: new File([blob], name, { type: "image/jpeg" }), seen };
  };
  const shrink = async (input) => {
    const list = input.form.querySelector("[data-previews]");
    if (list) list.replaceChildren();
    const kept = new DataTransfer();
    for (const file of input.files) {
      const made = await smaller(file, Number(input.dataset.shrink)).catch(() => ({ file }));
      kept.items.add(made.file);
      if (!list) continue;
      const item = document.createElement("li");
      if (made.seen) {
        const image = document.createElement("img");
        image.src = made.seen;
        image.alt = "";
        item.append(image);
      }
      item.append(` ${made.file.name}（${Math.ceil(made.file.size / 1024)} KB）`);
      list.append(item);
    }
    input.files = kept.files;
  };
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches?.("input[type=file][data-shrink]")) return;
    const button = input.form.querySelector("button[type=submit]");
    button.disabled = true;
    shrink(input).finally(() => { button.disabled = false; });
  });
})();
