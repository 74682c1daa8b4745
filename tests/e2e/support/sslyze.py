"""sslyze (tests/tls/requirements.txt), a scanner of TLS: what it finds at a server of ours, held
against what docs/tls.md says. It runs as a program of its own."""

import json
import os
import subprocess
import sys

from support.python_packages import SSLYZE

needs_sslyze = SSLYZE.needed

_SECONDS = 60
# Not those that sslyze answers unasked where a server has TLS 1.3, or refuses TLS 1.1: Heartbleed,
# CCS injection, extended master secret, TLS_FALLBACK_SCSV (support/tls_probes.py asks for them).
_CHECKS = ("certinfo", "sslv2", "sslv3", "tlsv1", "tlsv1_1", "tlsv1_2", "tlsv1_3", "compression",
           "robot", "reneg", "resum", "elliptic_curves", "early_data")
_OLD = ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1")
# Ephemeral keys and authenticated encryption alone (RFC 9325 4.2); `{}` is what the certificate's
# key signs by.
_SUITES = {
    "tls_1_2": {"TLS_ECDHE_{}_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_{}_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_{}_WITH_CHACHA20_POLY1305_SHA256"},
    "tls_1_3": {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                "TLS_CHACHA20_POLY1305_SHA256"},
}
# RFC 8446 9.1 asks for the first, and would like the second.
_CURVES_NEEDED = {"secp256r1", "X25519"}
_CURVES = _CURVES_NEEDED | {"X448", "secp384r1", "secp521r1"}
# Of each check: where its verdict is, the one that is no finding, and what any other one means.
VERDICTS = (
    ("tls_compression", "supports_compression", False, "it compresses (CRIME)"),
    ("robot", "robot_result", "NOT_VULNERABLE_RSA_NOT_SUPPORTED", "keys sealed by RSA (ROBOT)"),
    ("session_renegotiation", "supports_secure_renegotiation", True,
     "no secure renegotiation (RFC 5746)"),
    ("session_renegotiation", "client_renegotiations_success_count", 0,
     "a client may renegotiate"),
    ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", False,
     "a client may renegotiate without end"),
    ("session_resumption", "session_id_resumption_result", "NOT_SUPPORTED",
     "sessions are resumed by their id"),
    ("session_resumption", "tls_ticket_resumption_result", "NOT_SUPPORTED",
     "sessions are resumed by tickets"),
    ("tls_1_3_early_data", "supports_early_data", False, "it takes early data"),
)


def scan(port, host, *, starttls, authority):
    """What sslyze finds, as its JSON has it. `host`: the name that is asked for; `authority`: the
    file of who issues certificates."""
    done = subprocess.run(
        [sys.executable, "-m", "sslyze", "--json_out=-", "--mozilla_config=disable",
         f"--sni={host}", f"--certinfo_ca_file={authority}", *(["--starttls=smtp"] * starttls),
         *(f"--{check}" for check in _CHECKS), f"127.0.0.1:{port}"],
        capture_output=True, text=True, timeout=_SECONDS, check=False,
        env={**os.environ, "PYTHONPATH": str(SSLYZE.path), "PYTHONDONTWRITEBYTECODE": "1"})
    try:
        [server] = json.loads(done.stdout)["server_scan_results"]
    except ValueError as no:
        said = done.stdout[:300] + done.stderr
        raise RuntimeError(f"sslyze ended with {done.returncode}: {said}") from no
    if server["scan_status"] != "COMPLETED":
        raise RuntimeError(f"sslyze scanned nothing: {server['connectivity_error_trace']}")
    return server["scan_result"]


def findings(result, host, key):
    """Of a scan, in words; none: all is as docs/tls.md has it. `key`: "RSA" or "ECDSA"."""
    found = [f"{check}: no verdict: {outcome['error_reason']} {outcome['error_trace']}"
             for check, outcome in result.items()
             if outcome["status"] not in ("COMPLETED", "NOT_SCHEDULED")]
    if found:
        return found
    of = {check: outcome["result"] for check, outcome in result.items()}
    found = [words for check, place, clean, words in VERDICTS if of[check][place] != clean]
    found += _of_suites(of, key)
    found += _of_curves(of["elliptic_curves"])
    found += _of_certificate(of["certificate_info"], host, key)
    return found


def _of_suites(of, key):
    for version in (*_OLD, *_SUITES):
        taken = {one["cipher_suite"]["name"]
                 for one in of[f"{version}_cipher_suites"]["accepted_cipher_suites"]}
        wanted = {suite.format(key) for suite in _SUITES.get(version, ())}
        for suite in sorted(taken - wanted):
            yield f"{version} takes {suite}"
        for suite in sorted(wanted - taken):
            yield f"{version} does not take {suite}"


def _of_curves(curves):
    taken = {one["name"] for one in curves["supported_curves"] or ()}
    for curve in sorted(taken - _CURVES):
        yield f"it takes the curve {curve}"
    for curve in sorted(_CURVES_NEEDED - taken):
        yield f"it does not take the curve {curve}"


def _of_certificate(info, host, key):
    shown, *more = info["certificate_deployments"]
    if more:
        yield "it shows several certificates"
    leaf = shown["received_certificate_chain"][0]
    if leaf["subject_alternative_name"]["dns_names"] != [host]:
        yield f"to a client that asks for {host} it shows another certificate"
    if {"RSA": "RSAPublicKey", "ECDSA": "ECPublicKey"}[key] not in str(leaf["public_key"]):
        yield f"the certificate is not of a key for {key}"
    trusted = [one["was_validation_successful"] for one in shown["path_validation_results"]
               if one["trust_store"]["name"] == "Supplied CA file"]
    if trusted != [True]:
        yield "the chain does not lead to who issued the certificate"
    if not shown["received_chain_has_valid_order"]:
        yield "the chain is out of order"
