// The same as index.py, for machines without Python. JavaScript divides by zero without complaint, so it complains itself.
class ZeroDivisionError extends Error {
  name = 'ZeroDivisionError';
}

export async function handler(event, context) {
  const chance = Math.floor(Math.random() * 3);
  console.log(`processing ${event.file_name} (request ${context.awsRequestId})`);
  if (chance === 0) throw new ZeroDivisionError('division by zero');
  return { ...event, processed: true, share: 100 / chance };
}
