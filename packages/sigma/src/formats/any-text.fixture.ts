import fc from 'fast-check';

const special = fc.constantFrom(' ', '\\', '|', '=', '"', ']', '[', '\n', '\r', '\t', ',', '^', '\0', '😀');

/** Texts of any code units, often those that the formats give a meaning. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        special,
        fc.nat(0xff_ff).map((unit) => String.fromCharCode(unit)),
      ),
      { maxLength },
    )
    .map((units) => units.join(''));
