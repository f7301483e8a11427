package identity

import (
	"context"
	"encoding/json"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// jobRecover looks up who asked and sends the code. It is a job so that asking
// costs the same whether or not there is such an account (G11).
const jobRecover = "identity.recover"

// errand is what the job is told; the login is sealed, because people type
// passwords into the wrong field.
type errand struct {
	Row    id.ID  `json:"row"`
	Sealed string `json:"sealed"`
}

type errandText struct {
	Login string `json:"login"`
	Code  string `json:"code"`
}

func errandPlace(row id.ID) string { return "identity.recover." + row.String() }

func (s *Service) enqueueErrand(ctx context.Context, tx *db.Tx, row id.ID, text errandText) error {
	raw, err := json.Marshal(text)
	if err != nil {
		return fmt.Errorf("write errand: %w", err)
	}
	sealed, err := s.ring.Seal(string(raw), errandPlace(row))
	if err != nil {
		return fmt.Errorf("seal errand: %w", err)
	}
	return s.jobs.Enqueue(ctx, tx, jobRecover, jobRecover+"/"+row.String(), errand{row, sealed}, 0)
}

func (s *Service) openErrand(payload []byte) (row id.ID, text errandText, err error) {
	var e errand
	if err := json.Unmarshal(payload, &e); err != nil {
		return 0, text, fmt.Errorf("read errand: %w", err)
	}
	raw, err := s.ring.Open(e.Sealed, errandPlace(e.Row))
	if err != nil {
		return 0, text, fmt.Errorf("open errand: %w", err)
	}
	if err := json.Unmarshal([]byte(raw), &text); err != nil {
		return 0, text, fmt.Errorf("read errand: %w", err)
	}
	return e.Row, text, nil
}
