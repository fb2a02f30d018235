// Addresses with settings: followed when they are opened, and marked once they were taken over for good.
import { afterEach, expect, it, vi } from "vitest";
import { installLinks } from "./links.ts";

afterEach(() => void vi.unstubAllGlobals());

it("takes a link again after a reload unless it was taken over for good", () => {
  const history = {
    state: null as unknown,
    replaceState: (state: unknown): void => void (history.state = state),
  };
  const location = { hash: "#prompt=a+fox" };
  vi.stubGlobal("history", history);
  vi.stubGlobal("location", location);
  const listeners = new EventTarget();
  vi.stubGlobal("addEventListener", listeners.addEventListener.bind(listeners));
  vi.stubGlobal("removeEventListener", listeners.removeEventListener.bind(listeners));
  const used: string[] = [];
  let done: () => void = () => {};
  const useLink = (fragment: string, onTaken: () => void): void => {
    used.push(fragment);
    done = onTaken;
  };

  installLinks({ useLink })();
  installLinks({ useLink })(); // a reload before the model was there
  expect([used.length, history.state]).toEqual([2, null]);
  done();
  expect(history.state).toEqual({ stylusLinkTaken: true });
  const uninstall = installLinks({ useLink });
  expect(used.length).toBe(2);

  location.hash = "#prompt=a+owl";
  listeners.dispatchEvent(new Event("hashchange"));
  expect(used.at(-1)).toBe("#prompt=a+owl");
  history.state = null;
  location.hash = "#elsewhere"; // by the time it is taken over, the address is another one
  done();
  expect(history.state).toBeNull();
  uninstall();
});
