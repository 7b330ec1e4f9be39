/** An algorithm cannot learn in an environment with one of its options; the text follows the option's name. */
export class UnfitError extends RangeError {
  override readonly name = "UnfitError";
  readonly option: string;
  readonly text: string;

  constructor(option: string, text: string) {
    super(`${option} ${text}`);
    this.option = option;
    this.text = text;
  }
}
