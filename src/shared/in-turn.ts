/** Begins each work when those before it have ended, failed ones too. */
export type InTurn = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** One turn after the other, for works that must not overlap. */
export function inTurn(): InTurn {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = before.then(work);
    before = turn.catch(() => {});
    return turn;
  };
}
