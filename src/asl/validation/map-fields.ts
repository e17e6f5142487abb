/**
 * Checks the fields that only Map states have: items, processor, batches, readers and writers.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import {
  atMostOneOf,
  checkFields,
  exactlyOneOf,
  type Fields,
  only,
  requireFields,
  unsupportedField,
} from './fields.js';
import {
  at,
  type Check,
  decimal,
  integer,
  jsonataTemplate,
  listOf,
  nonEmptyText,
  object,
  oneOf,
  orExpression,
  type Place,
  path,
  payloadTemplate,
  readReference,
  text,
  wrong,
  wrongType,
} from './place.js';

const MOST = 2_147_483_647;

/** Most items of a reader. Source: Step Functions developer guide, "ItemReader (Map)". */
const MOST_ITEMS = 100_000_000;

/** Longest Label. Source: Step Functions developer guide, "Map state in Distributed mode". */
const MAX_LABEL = 40;
/** Characters that a Label must not contain, besides blanks and control characters. */
const FORBIDDEN_IN_LABEL = '?*<>{}[]:;,\\|^~$#%&`"';

const READER_CONFIG: Fields = {
  InputType: oneOf('CSV', 'JSON', 'JSONL', 'MANIFEST', 'PARQUET'),
  CSVHeaderLocation: oneOf('FIRST_ROW', 'GIVEN'),
  CSVHeaders: listOf(text, 1),
  CSVDelimiter: oneOf('COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'),
  Transformation: oneOf('NONE', 'LOAD_AND_FLATTEN'),
  ManifestType: oneOf('ATHENA_DATA', 'S3_INVENTORY'),
  ItemsPointer: text,
  MaxItems: orExpression(integer(0, MOST_ITEMS)),
  ...only('JSONPath', { MaxItemsPath: readReference }),
};

/** Headers belong to CSV files, which must say where theirs are. */
function checkHeaders(config: JsonObject, place: Place): void {
  const { InputType: type, CSVHeaderLocation: headers } = config;
  if (type === 'CSV' && headers === undefined) {
    wrong(place, "The field 'CSVHeaderLocation' is required");
  } else if (type === 'JSON' && headers !== undefined) {
    unsupportedField('CSVHeaderLocation', place);
  }
  if (headers === 'GIVEN') requireFields(config, ['CSVHeaders'], place);
}

const READER: Fields = {
  Resource: nonEmptyText,
  ReaderConfig: (value, place) => {
    if (!isObject(value)) {
      wrongType(place, 'Object');
      return;
    }
    checkFields(value, READER_CONFIG, place);
    atMostOneOf(value, ['MaxItems', 'MaxItemsPath'], place);
    checkHeaders(value, place);
  },
  ...only('JSONPath', { Parameters: payloadTemplate }),
  ...only('JSONata', { Arguments: jsonataTemplate }),
};

const WRITER: Fields = {
  Resource: nonEmptyText,
  WriterConfig: (value, place) => {
    if (!isObject(value)) return object(value, place);
    const config: Fields = {
      OutputType: oneOf('JSON', 'JSONL'),
      Transformation: oneOf('NONE', 'COMPACT', 'FLATTEN'),
    };
    checkFields(value, config, place);
  },
  ...only('JSONPath', { Parameters: payloadTemplate }),
  ...only('JSONata', { Arguments: jsonataTemplate }),
};

const BATCHER: Fields = {
  MaxItemsPerBatch: orExpression(integer(0, MOST)),
  MaxInputBytesPerBatch: orExpression(integer(0, 262_144)),
  BatchInput: (value, place) =>
    place.language === 'JSONata' ? jsonataTemplate(value, place) : payloadTemplate(value, place),
  ...only('JSONPath', {
    MaxItemsPerBatchPath: readReference,
    MaxInputBytesPerBatchPath: readReference,
  }),
};

/** Fields of Map states, beside those that Task and Parallel have too. */
export const MAP_FIELDS: Fields = {
  // The states inside are walked by `machine.ts`.
  ItemProcessor: object,
  Iterator: object,
  MaxConcurrency: orExpression(integer(0, MOST)),
  ToleratedFailureCount: orExpression(integer(0, MOST)),
  ToleratedFailurePercentage: orExpression(decimal(0, 100)),
  ItemSelector: (value, place) =>
    place.language === 'JSONata' ? jsonataTemplate(value, place) : payloadTemplate(value, place),
  ItemReader: part(READER, ['Resource']),
  ResultWriter: part(WRITER, []),
  ItemBatcher: part(BATCHER, []),
  Label: checkLabel,
  ...only('JSONPath', {
    ItemsPath: path,
    MaxConcurrencyPath: readReference,
    ToleratedFailureCountPath: readReference,
    ToleratedFailurePercentagePath: readReference,
  }),
  ...only('JSONata', { Items: orExpression(listOf(jsonataTemplate)) }),
};

/** What the fields of a Map state must satisfy together. */
export function checkMap(state: JsonObject, place: Place): void {
  exactlyOneOf(state, ['ItemProcessor', 'Iterator'], place);
  for (const name of ['MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage']) {
    atMostOneOf(state, [name, `${name}Path`], place);
  }
  atMostOneOf(state, ['ItemSelector', 'Parameters'], place);
  const batcher = isObject(state.ItemBatcher) ? state.ItemBatcher : {};
  for (const name of ['MaxItemsPerBatch', 'MaxInputBytesPerBatch']) {
    atMostOneOf(batcher, [name, `${name}Path`], at(place, 'ItemBatcher'));
  }
  if (isDistributed(state)) {
    if (place.machineType === 'EXPRESS') {
      wrong(place, 'Express state machine does not support distributed Map states');
    }
    return;
  }
  for (const name of ['ItemReader', 'ResultWriter', 'ItemBatcher', 'Label']) {
    if (state[name] !== undefined) unsupportedField(name, place);
  }
}

/** True when the items run as executions of their own. */
export function isDistributed(state: JsonObject): boolean {
  return processorConfig(state)?.Mode === 'DISTRIBUTED';
}

/** ProcessorConfig of a Map, if it has one. */
export function processorConfig(state: JsonObject): JsonObject | undefined {
  const config = isObject(state.ItemProcessor) ? state.ItemProcessor.ProcessorConfig : undefined;
  return isObject(config) ? config : undefined;
}

/** Checks a ProcessorConfig. */
export const checkProcessorConfig: Check = (value: Json, place: Place) => {
  if (!isObject(value)) {
    wrongType(place, 'Object');
    return;
  }
  const fields: Fields = {
    Mode: oneOf('INLINE', 'DISTRIBUTED'),
    ExecutionType: oneOf('STANDARD', 'EXPRESS'),
  };
  checkFields(value, fields, place);
  if (value.Mode === 'DISTRIBUTED') requireFields(value, ['ExecutionType'], place);
  if (value.Mode === 'INLINE' && value.ExecutionType !== undefined) {
    unsupportedField('ExecutionType', place);
  }
};

function part(fields: Fields, required: string[]): Check {
  return (value, place) => {
    if (!isObject(value)) {
      wrongType(place, 'Object');
      return;
    }
    requireFields(value, required, place);
    checkFields(value, fields, place);
  };
}

function checkLabel(value: Json, place: Place): void {
  const refuse = (message: string): void =>
    place.report.error('INVALID_LABEL_NAME', place, message);
  if (typeof value !== 'string' || value === '') refuse('A non-empty string is required');
  else if (value.length > MAX_LABEL) refuse(`Label cannot exceed ${MAX_LABEL} characters`);
  else {
    const wrongOne = [...value].find(
      (character) =>
        isControl(character) || character.trim() === '' || FORBIDDEN_IN_LABEL.includes(character),
    );
    if (wrongOne !== undefined) refuse(`Label contains invalid character: '${visible(wrongOne)}'`);
  }
}

function isControl(character: string): boolean {
  return character < ' ' || (character >= '\u007f' && character <= '\u009f');
}

const NAMED: { readonly [character: string]: string } = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A character as one can see it: `\x07`, `\n`. */
function visible(character: string): string {
  if (Object.hasOwn(NAMED, character)) return NAMED[character] as string;
  if (!isControl(character)) return character;
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
