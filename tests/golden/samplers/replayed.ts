/**
 * Orders of passes that one generator draws one after another, found again from the start when an
 * earlier pass is asked for.
 *
 * @param start Makes a fresh generator; each call of what it returns gives the next pass.
 */
export function replayed(start: () => () => Int32Array): (pass: number) => Int32Array {
  let draw = start(), upcoming = 0;
  return (pass) => {
    if (pass < upcoming) {
      draw = start();
      upcoming = 0;
    }
    for (; upcoming < pass; upcoming++) draw();
    upcoming++;
    return draw();
  };
}
