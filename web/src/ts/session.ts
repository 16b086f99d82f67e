import { meta } from "./dom";

/** Id of who is signed in; on pages without one (sign-in, offline) of who was last here. */
export function lastUser(): string {
  return meta("zy-user") || (localStorage.getItem("zy-user") ?? "");
}

export function signedIn(): string {
  return meta("zy-user");
}

export function rememberUser(): void {
  const user = signedIn();
  if (user) localStorage.setItem("zy-user", user);
}
