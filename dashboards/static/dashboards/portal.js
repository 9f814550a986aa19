// Starts each small module; pages work without any of them.
import "./theme.js";
import "./dialogs.js";
import "./keys.js";
import "./palette.js";
import "./toasts.js";
import "./errors.js";
import "./drawer.js";
import "./forms.js";
import "./lists.js";
import "./ask.js";
import "./desk.js";
import "./charts.js";

removeEventListener("keydown", window.early.keep);
for (const event of window.early.pressed) event.target.dispatchEvent(new KeyboardEvent(event.type, event));
