import { first } from "./dom";

export interface Toast {
  text: string;
  href?: string;
  kind?: "info" | "ok" | "warn" | "bad";
}

const STAY_MS = 8000;

/** Fills `<template data-toast>` and shows it in `[data-toasts]`; warnings stay until closed. */
export function toast({ text, href, kind = "info" }: Toast): void {
  const region = first("[data-toasts]");
  const made = first<HTMLTemplateElement>("template[data-toast]")?.content.firstElementChild?.cloneNode(true);
  if (!region || !(made instanceof HTMLElement)) return;
  made.classList.add(kind);
  const body = first("[data-toast-text]", made) ?? made;
  if (href && href.startsWith("/")) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = text;
    body.replaceChildren(link);
  } else {
    body.textContent = text;
  }
  first("[data-toast-close]", made)?.addEventListener("click", () => made.remove());
  region.append(made);
  if (kind === "info" || kind === "ok") setTimeout(() => made.remove(), STAY_MS);
}
