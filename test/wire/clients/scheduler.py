"""Makes, reads, changes, lists and deletes schedules with boto3; prints what it saw as JSON."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client(
    "scheduler",
    endpoint_url=sys.argv[1],
    config=Config(retries={"total_max_attempts": 1}),
)
role = "arn:aws:iam::000000000000:role/pipelines"
machine = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
whole = {
    "Name": "nightly",
    "GroupName": "boto3",
    "ScheduleExpression": "cron(0 3 * * ? *)",
    "ScheduleExpressionTimezone": "Europe/Berlin",
    "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
    "Target": {"Arn": machine, "RoleArn": role, "Input": '{"a": 1}'},
}
seen = {}

group = client.create_schedule_group(Name="boto3", Tags=[{"Key": "county", "Value": "alder"}])["ScheduleGroupArn"]
client.tag_resource(ResourceArn=group, Tags=[{"Key": "a b", "Value": "c"}])
client.untag_resource(ResourceArn=group, TagKeys=["county", "other"])
seen["tags"] = client.list_tags_for_resource(ResourceArn=group)["Tags"]

seen["arn"] = client.create_schedule(**whole)["ScheduleArn"]
read = client.get_schedule(Name="nightly", GroupName="boto3")
seen["read"] = [read["ScheduleExpression"], read["FlexibleTimeWindow"], read["State"], read["Target"]["Input"]]
client.update_schedule(**{**whole, "State": "DISABLED"})
pages = client.get_paginator("list_schedules").paginate(GroupName="boto3", State="DISABLED")
seen["listed"] = [schedule["Name"] for page in pages for schedule in page["Schedules"]]

try:
    client.create_schedule(**whole)
except ClientError as error:
    seen["error"] = error.response["Error"]
    seen["caught"] = isinstance(error, client.exceptions.ConflictException)

client.delete_schedule(Name="nightly", GroupName="boto3")
client.delete_schedule_group(Name="boto3")
seen["groups"] = [group["Name"] for group in client.list_schedule_groups()["ScheduleGroups"]]
print(json.dumps(seen))
