/**
 * The data set's own number of each class of a split that ranks them.
 *
 * @param relabel Rank of each class of the data set.
 */
export function sourceClasses(relabel: readonly number[]): number[] {
  const source = relabel.slice();
  relabel.forEach((rank, c) => source[rank] = c);
  return source;
}
