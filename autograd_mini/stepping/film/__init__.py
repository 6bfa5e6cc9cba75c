"""Steps as pictures: GIF, MP4, PNG."""
