"""Fits painters: small feed-forward networks against VGG losses, exported to ONNX."""
