# Finds the extension of the file that an event is about.
import os


def handler(event, context):
    key = event["detail"]["object"]["key"]
    name = os.path.basename(key)
    extension = os.path.splitext(name)[1].lower()
    print(f"{name} has the extension {extension or '(none)'}")
    return {"bucket": event["detail"]["bucket"]["name"], "file_name": name, "file_extension": extension}
