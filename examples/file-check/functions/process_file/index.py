# Processes a file, and fails now and then as real code does: one time in three it divides by zero.
import random


def handler(event, context):
    chance = random.randint(0, 2)
    print(f"processing {event['file_name']} (request {context.aws_request_id})")
    share = 100 / chance
    return {**event, "processed": True, "share": share}
