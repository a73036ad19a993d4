"""What people read and take away: words, charts, files."""
