"""Print a JSON schema of all keys, for editors, which check a file against it while it is written.

python -m benchprof.configuration > schema.json
"""

import json

from benchprof.configuration import Configuration

if __name__ == "__main__":
    print(json.dumps(Configuration.model_json_schema(), indent=1))
