// Lets a worker hear its messages between two pieces of long work: a cancellation arrives as a message.

/** One turn of the event loop. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
