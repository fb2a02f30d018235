// Lets a worker receive messages, such as a cancellation, during long work.

/** One turn of the event loop. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
