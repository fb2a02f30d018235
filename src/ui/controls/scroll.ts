// Scrolling by the page itself: a behaviour that is named in a call goes past what style sheets say of reduced motion.

/** To the top of the page; at once for users who ask for less motion. */
export function scrollToTop(): void {
  const isReduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: 0, behavior: isReduced ? "instant" : "smooth" });
}
