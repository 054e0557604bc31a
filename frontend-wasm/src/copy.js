// Copying by program.

/** Copies a text; whether that was possible. */
export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {}
  // Pages that are neither encrypted nor local have no clipboard, but the older way.
  let isCopied = false;
  const put = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    isCopied = true;
  };
  addEventListener("copy", put, true);
  try {
    return document.execCommand("copy") && isCopied;
  } catch {
    return false;
  } finally {
    removeEventListener("copy", put, true);
  }
};
