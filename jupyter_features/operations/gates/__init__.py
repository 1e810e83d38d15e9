"""What a view must withstand before it is published: each gate tries to change an answer that must not change."""
