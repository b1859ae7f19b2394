"""The reviewer's dossier: every state in every engine as one HTML page, with the accessibility conformance report."""
