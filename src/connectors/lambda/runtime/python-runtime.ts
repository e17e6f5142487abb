/**
 * The process in which a Python function stays warm: `python3 -u - FOLDER HANDLER`, with this program on its stdin.
 *
 * It follows the protocol of `../protocol.ts` and behaves as AWS Lambda's Python runtime does: names of errors, stack
 * traces, a root logger that prints, `context.get_remaining_time_in_millis()`. The program is text, because a compiled
 * package carries no .py files; it needs nothing but the standard library of Python 3.8 or later.
 * @module
 */
import { RESPONSE_LIMIT } from '../protocol.js';

export const PYTHON_RUNTIME: string = String.raw`
import importlib, json, logging, os, sys, time, traceback
from decimal import Decimal

FOLDER, HANDLER = sys.argv[1], sys.argv[2]
RESPONSE_LIMIT = ${RESPONSE_LIMIT}
channel = os.fdopen(3, "rb", closefd=False)


class RuntimeFault(Exception):
    """An error of the runtime, not of the function's code: name, message, stack trace."""

    def __init__(self, name, message, trace=()):
        super().__init__(message)
        self.name, self.message, self.trace = name, message, list(trace)


class JsonLines(logging.Handler):
    """The root logger prints one JSON line a record; Millrace takes level and fields from it."""

    def emit(self, record):
        line = {"level": record.levelname, "message": record.getMessage(), "logger": record.name}
        if record.exc_info:
            line["exception"] = "".join(traceback.format_exception(*record.exc_info))
        print(json.dumps(line), flush=True)


class Context:
    def __init__(self, invocation):
        name = invocation["functionName"]
        self.function_name = name
        self.function_version = "$LATEST"
        self.invoked_function_arn = invocation["functionArn"]
        self.memory_limit_in_mb = str(invocation["memory"])
        self.aws_request_id = invocation["requestId"]
        self.log_group_name = "/aws/lambda/" + name
        self.log_stream_name = "millrace/%d" % os.getpid()
        self.identity = None
        self.client_context = None
        self.millrace = invocation["millrace"]
        self._deadline = invocation["deadline"]

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline - time.time() * 1000))


def load_handler():
    module_name, _, function_name = HANDLER.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFault(
            "Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error)
        )
    except SyntaxError as error:
        raise RuntimeFault(
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module '%s': %s" % (module_name, error),
            ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)],
        )
    handler = getattr(module, function_name, None)
    if handler is None:
        raise RuntimeFault(
            "Runtime.HandlerNotFound",
            "Handler '%s' missing on module '%s'" % (function_name, module_name),
        )
    return handler


def plain(value):
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def marshal(result):
    try:
        text = json.dumps(result, default=plain, allow_nan=False)
    except Exception as error:
        raise RuntimeFault("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    if len(text) > RESPONSE_LIMIT:
        raise RuntimeFault(
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (%d bytes)." % RESPONSE_LIMIT,
        )
    return text


def describe(error, request_id):
    if isinstance(error, RuntimeFault):
        name, message, trace = error.name, error.message, error.trace
    else:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != "<stdin>"]
        frames = [f for f in frames if not f.filename.startswith("<frozen importlib")]
        trace = traceback.format_list([(f.filename, f.lineno, f.name, f.line) for f in frames])
        name, message = type(error).__name__, str(error)
    return {"errorMessage": message, "errorType": name, "requestId": request_id, "stackTrace": trace}


def respond(request_id, line):
    sys.stdout.flush()
    sys.stderr.flush()
    end = ("\n\0end %s\n" % request_id).encode()
    for descriptor, data in ((1, end), (2, end), (3, line.encode() + b"\n")):
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view):]


def serve(handler, invocation):
    request_id = invocation["requestId"]
    fatal = handler is None
    try:
        os.environ["_X_AMZN_TRACE_ID"] = invocation["traceId"]
        os.environ.pop("TRACEPARENT", None)
        if "traceparent" in invocation:
            os.environ["TRACEPARENT"] = invocation["traceparent"]
        handler = handler or load_handler()
        fatal = False
        result = marshal(handler(invocation["event"], Context(invocation)))
        respond(request_id, '{"requestId":%s,"result":%s}' % (json.dumps(request_id), result))
    except Exception as error:
        described = describe(error, request_id)
        respond(request_id, json.dumps({"requestId": request_id, "error": described, "fatal": fatal}))
    return handler


def limit_memory(mebibytes):
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (mebibytes << 20, mebibytes << 20))


def main():
    sys.path[0] = FOLDER
    os.environ["AWS_LAMBDA_LOG_STREAM_NAME"] = "millrace/%d" % os.getpid()
    os.environ["AWS_EXECUTION_ENV"] = "AWS_Lambda_python%d.%d" % sys.version_info[:2]
    logging.getLogger().addHandler(JsonLines())
    if len(sys.argv) > 3:
        limit_memory(int(sys.argv[3]))
    handler = None
    for line in channel:
        handler = serve(handler, json.loads(line))


main()
`;
