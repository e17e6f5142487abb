"""Makes a bus, a rule and an archive with boto3, puts events, replays them; prints what it saw as JSON."""

import datetime
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(retries={"total_max_attempts": 1})
events = boto3.client("events", endpoint_url=sys.argv[1], config=config)
states = boto3.client("stepfunctions", endpoint_url=sys.argv[1], config=config)
seen = {}

definition = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}
machine = states.create_state_machine(
    name="boto3-orders",
    definition=json.dumps(definition),
    roleArn="arn:aws:iam::000000000000:role/pipelines",
)["stateMachineArn"]

bus = events.create_event_bus(Name="boto3-bus")["EventBusArn"]
archive = events.create_archive(ArchiveName="boto3-archive", EventSourceArn=bus)["ArchiveArn"]
pattern = json.dumps({"detail": {"amount": [{"numeric": [">", 100]}]}})
events.put_rule(Name="large", EventBusName="boto3-bus", EventPattern=pattern)
targets = [{"Id": "run", "Arn": machine, "InputPath": "$.detail"}]
seen["failed"] = events.put_targets(Rule="large", EventBusName="boto3-bus", Targets=targets)["FailedEntryCount"]

entries = [
    {
        "EventBusName": "boto3-bus",
        "Source": "shop",
        "DetailType": "Order",
        "Detail": json.dumps({"amount": amount}),
    }
    for amount in (20, 120)
]
seen["put"] = events.put_events(Entries=entries)["FailedEntryCount"]


def inputs():
    found = states.list_executions(stateMachineArn=machine)["executions"]
    return sorted(
        states.describe_execution(executionArn=one["executionArn"])["input"] for one in found
    )


seen["inputs"] = inputs()
now = datetime.datetime.now(datetime.timezone.utc)
events.start_replay(
    ReplayName="again",
    EventSourceArn=archive,
    EventStartTime=now - datetime.timedelta(hours=1),
    EventEndTime=now + datetime.timedelta(hours=1),
    Destination={"Arn": bus},
)
for _ in range(200):
    if events.describe_replay(ReplayName="again")["State"] == "COMPLETED":
        break
    time.sleep(0.05)
seen["replayed"] = inputs()

event = {"detail": {"amount": 101}}
seen["matches"] = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]
try:
    events.describe_rule(Name="none")
except ClientError as error:
    seen["error"] = error.response["Error"]["Message"]
    seen["caught"] = isinstance(error, events.exceptions.ResourceNotFoundException)
print(json.dumps(seen))
