"""Fetches the job archive from S3 and unpacks it: the first container of every pod that runs a program of Belfry's.

It runs on a plain Python image, before there is any package: so the request is signed here (AWS Signature Version 4),
with the credentials of the pod's role, by EKS Pod Identity or by IRSA. The archive is addressed by its checksum, which
is compared before anything is unpacked.

``unpack.py URL REGION SHA256 FOLDER``. Exit code 1: it could not be fetched or is another one, and the log says why.
"""

import datetime
import hashlib
import hmac
import io
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_SECONDS = 60
EMPTY = hashlib.sha256(b"").hexdigest()


def credentials(environment: Mapping[str, str], region: str) -> tuple[str, str, str]:
    """Access key, secret key and session token of the pod's role. Raises KeyError where the pod has none."""
    if "AWS_CONTAINER_CREDENTIALS_FULL_URI" in environment:
        token = Path(environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read_text(encoding="utf-8")
        found = json.loads(_get(environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], {"Authorization": token.strip()}))
        return found["AccessKeyId"], found["SecretAccessKey"], found["Token"]
    role = environment["AWS_ROLE_ARN"]
    asked = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": "unpack",
        "WebIdentityToken": Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text(encoding="utf-8").strip(),
    }
    endpoint = environment.get("AWS_ENDPOINT_URL_STS", f"https://sts.{region}.amazonaws.com")
    answer = _get(f"{endpoint}/", {}, urllib.parse.urlencode(asked).encode()).decode()
    key, secret, token = (
        re.findall(rf"<{name}>([^<]+)</{name}>", answer)[0]
        for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    )
    return key, secret, token


def signed(url: str, region: str, keys: tuple[str, str, str], now: datetime.datetime) -> dict[str, str]:
    """Headers of a GET of an object. The URL's path has no characters that need quoting."""
    access, secret, token = keys
    stamp, day = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}"
    parts = urllib.parse.urlsplit(url)
    headers = {
        "host": parts.netloc,
        "x-amz-content-sha256": EMPTY,
        "x-amz-date": stamp,
        "x-amz-security-token": token,
    }
    names = ";".join(headers)
    lines = [f"{name}:{value}" for name, value in headers.items()]
    request = "\n".join(["GET", parts.path, "", *lines, "", names, EMPTY])
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {credential}"}


def main(arguments: list[str]) -> int:
    """The exit code."""
    url, region, checksum, folder = arguments
    try:
        keys = credentials(os.environ, region)
        archive = _get(url, signed(url, region, keys, datetime.datetime.now(datetime.UTC)))
    except urllib.error.HTTPError as error:
        with error:
            print(f"{error.url}: {error.code} {error.read(500).decode(errors='replace')}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{url}: {error}", file=sys.stderr)
        return 1
    except KeyError as error:
        print(
            f"found no {error} in the environment; allowed: a pod with a service account that has a role",
            file=sys.stderr,
        )
        return 1
    found = hashlib.sha256(archive).hexdigest()
    if found != checksum:
        print(f"{url}: found the checksum {found}; allowed: {checksum}", file=sys.stderr)
        return 1
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        members.extractall(folder)
        print(f"{folder}: {len(members.namelist())} files of {checksum}")
    return 0


def _get(url: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 (it is given, not asked)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 (likewise)
        content: bytes = answer.read()
        return content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
