/* Asking first. */

import { h, uniqueId } from "../dom.js";
import { rescueToasts } from "../toast.js";
import { textObject } from "./mrkdwn.js";

/** Ask with a confirm object of Block Kit's; true if the person goes on. The focus returns to where it was. */
export function confirmed(question, context) {
  const before = document.activeElement;
  const titleId = uniqueId("title");
  const textId = uniqueId("text");
  return new Promise((resolve) => {
    const answer = (yes) => () => dialog.close(yes ? "yes" : "");
    const dialog = h(
      "dialog",
      { class: "confirm", role: "alertdialog", "aria-labelledby": titleId, "aria-describedby": textId, "data-testid": "confirm" },
      h("div", { class: "dialog-head" }, h("h2", { id: titleId }, textObject(question.title, context))),
      h("div", { class: "dialog-body" }, h("p", { id: textId }, textObject(question.text, context))),
      h(
        "div",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", on: { click: answer(false) } }, textObject(question.deny, context)),
        h(
          "button",
          { type: "button", class: `button ${question.style ?? "primary"}`, autofocus: true, on: { click: answer(true) } },
          textObject(question.confirm, context),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      rescueToasts(dialog);
      dialog.remove();
      before?.focus();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** The same for the page's own questions, in plain words. */
export function sure(title, text, yes) {
  const words = (each) => ({ type: "plain_text", text: each });
  return confirmed({ title: words(title), text: words(text), confirm: words(yes), deny: words("Cancel"), style: "danger" }, {});
}
