package rehearsal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Read reads the books at path; an empty path, or no file yet, leaves them as
// they are.
func Read(path string, books any) error {
	if path == "" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, books)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read books of the simulator: %w", err)
	}
	return nil
}

// Write puts the books at path, whole or not at all; an empty path keeps them in
// memory.
func Write(path string, books any) error {
	if path == "" {
		return nil
	}
	b, err := json.Marshal(books)
	if err != nil {
		return fmt.Errorf("write books: %w", err)
	}
	tmp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path))
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fmt.Errorf("write books: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("write books: %w", err)
	}
	return nil
}
