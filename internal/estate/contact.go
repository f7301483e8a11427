package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Contact is how a person can be reached, in clear; only for sending.
type Contact struct{ Name, Phone, Email string }

// Contacts are the contacts of people; who is unknown is missing. Nobody sees
// them: what is shown of them is masked.
func (s *Service) Contacts(ctx context.Context, q db.Q, project id.ID, people []id.ID) (map[id.ID]Contact, error) {
	list, err := peopleByID(ctx, q, project, people)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	out := make(map[id.ID]Contact, len(list))
	for _, p := range list {
		in, err := s.open(project, p)
		if err != nil {
			return nil, fmt.Errorf("open contact: %w", err)
		}
		out[p.ID] = Contact{Name: in.Name, Phone: in.Phone, Email: in.Email}
	}
	return out, nil
}
