"""Tables of Iceberg and Delta as others write them. Arguments: the folder, and how often to append; prints where things are."""
import json
import os
import sys

import duckdb_extension_avro
import pyarrow as pa
from deltalake import write_deltalake
from pyiceberg.catalog.sql import SqlCatalog

folder, times = sys.argv[1], int(sys.argv[2])
rows = pa.table(
    {
        "id": pa.array([1, 2, 3], pa.int64()),
        "state": pa.array(["CA", "NV", None]),
        "seen": pa.array([0, 1, 2], pa.timestamp("us")),
    }
)
catalog = SqlCatalog("lake", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
catalog.create_namespace_if_not_exists("ns")
table = catalog.create_table_if_not_exists("ns.orders", schema=rows.schema)
for _ in range(times):
    table.append(rows)
    write_deltalake(f"{folder}/delta", rows, mode="append")
site = os.path.dirname(os.path.dirname(duckdb_extension_avro.__file__))
print(
    json.dumps(
        {
            "iceberg": table.location().removeprefix("file://"),
            "metadata": table.metadata_location.removeprefix("file://"),
            "snapshot": str(table.current_snapshot().snapshot_id),
            "extensions": [
                f"{site}/duckdb_extension_{name}/extensions/v1.5.5/{name}.duckdb_extension"
                for name in ("avro", "iceberg", "delta")
            ],
        }
    )
)
