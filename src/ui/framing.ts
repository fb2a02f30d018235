// The page does not run inside other sites' pages, which could lay something over its buttons. Servers say so with
// `frame-ancestors`; this is for static hosts, whose pages cannot. The widget (widget.html) is made to be embedded.

interface Frame {
  readonly parent: Frame;
  readonly location: Pick<Location, "origin">;
}

/** Whether a page of another origin is anywhere around this one. */
export function isFramedByStranger(view: Frame = window): boolean {
  const own = view.location.origin;
  for (let frame = view; frame !== frame.parent; frame = frame.parent) {
    try {
      if (frame.parent.location.origin !== own) return true;
    } catch {
      return true; // browsers do not let other origins be read
    }
  }
  return false;
}
