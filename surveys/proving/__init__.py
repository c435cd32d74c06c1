"""Whether anything was changed unseen: the trail against its keys and anchors, data against the trail."""
