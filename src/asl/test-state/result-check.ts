/**
 * Checks a mocked result against the response of the API that a Task calls.
 * @module
 */
import { isObject, type Json } from '../json.js';
import { type FieldValidationMode, invalid } from './request.js';
import { responseShape, type Shape } from './service-model.js';

const PREFIX = 'Mock result schema validation error:';

/**
 * Checks a mocked result. Fields that the API does not know are no error, and an API that is not known here accepts all.
 * @param mode STRICT: required fields must be there; PRESENT: what is there must fit; NONE: nothing is checked
 * @throws TestStateRefused that names the first field that does not fit
 * @example await checkResult('arn:aws:states:::sqs:sendMessage', { MessageId: 1 }, 'PRESENT') // refused: must be a string
 */
export async function checkResult(
  resource: string,
  result: Json,
  mode: FieldValidationMode,
): Promise<void> {
  if (mode === 'NONE') return;
  const shape = await responseShape(resource);
  if (shape === undefined) return;
  if (!isObject(result)) throw invalid(`${PREFIX} Mocked result must be a JSON object.`);
  check(result, shape, '', mode);
}

function check(value: Json, shape: Shape, field: string, mode: FieldValidationMode): void {
  switch (shape.type) {
    case 'any':
      return;
    case 'structure': {
      if (!isObject(value)) throw mustBe(field, 'an object');
      if (mode === 'STRICT') {
        for (const name of shape.required) {
          if (!Object.hasOwn(value, name)) {
            throw invalid(`${PREFIX} Required field '${name}' is missing`);
          }
        }
      }
      for (const [name, member] of Object.entries(value)) {
        const known = shape.members.get(name);
        if (known !== undefined) check(member, known(), name, mode);
      }
      return;
    }
    case 'list':
      if (!Array.isArray(value)) throw mustBe(field, 'an array');
      for (const member of value) check(member, shape.member(), field, mode);
      return;
    case 'map':
      if (!isObject(value)) throw mustBe(field, 'an object');
      for (const member of Object.values(value)) check(member, shape.member(), field, mode);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') throw mustBe(field, 'a boolean');
      return;
    case 'number':
      if (typeof value !== 'number') throw mustBe(field, 'a number');
      if (value < shape.min)
        throw invalid(`${PREFIX} Field '${field}' is less than the minimum value`);
      if (value > shape.max) throw invalid(`${PREFIX} Field '${field}' exceeds the maximum value`);
      return;
    case 'string':
      if (typeof value !== 'string') throw mustBe(field, 'a string');
      if (shape.values !== undefined && !shape.values.includes(value)) {
        throw invalid(`${PREFIX} Field '${field}' is not an expected value`);
      }
      if (value.length < shape.min) {
        throw invalid(`${PREFIX} Field '${field}' is smaller than the minimum length`);
      }
      if (value.length > shape.max) {
        throw invalid(`${PREFIX} Field '${field}' exceeds the maximum length`);
      }
      return;
  }
}

function mustBe(field: string, type: string): Error {
  return invalid(`${PREFIX} Field '${field}' must be ${type}`);
}
