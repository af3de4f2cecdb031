"""What an edit is: one file per edit family, on a workspace of versions and selections."""
