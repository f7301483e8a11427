package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Verify walks the chain of a project and returns a *Broken that names the
// first entry that was edited, removed or put in by hand. It cannot see that
// the newest entries were cut off together with a rewind of the head: compare
// Head with a copy kept outside for that.
func (s *Service) Verify(ctx context.Context, project id.ID) error {
	q := s.db.Reader(ctx)
	before, sealed, err := head(ctx, q, project)
	if err != nil {
		return fmt.Errorf("verify audit log: %w", err)
	}
	var last int64
	var prev []byte
	var batches []digest
	var seqs []int64
	err = eachRow(ctx, q, project, func(r *Row) error {
		switch {
		case r.Seq != last+1:
			return &Broken{project, last + 1, fmt.Sprintf("entry is missing, the next one is %d", r.Seq)}
		case !hmac.Equal(r.mac, s.seal(prev, r)):
			return &Broken{project, r.Seq, "entry was changed, or put in by hand"}
		case r.Seq == before && !bytes.Equal(r.mac, sealed):
			return &Broken{project, r.Seq, "entry is not the one the head was sealed with"}
		}
		last, prev = r.Seq, r.mac
		if d, ok := digestOf(r); ok {
			batches, seqs = append(batches, d), append(seqs, r.Seq)
		}
		return nil
	})
	for i := 0; err == nil && i < len(batches); i++ {
		var reason string
		if reason, err = checkBatch(ctx, q, project, seqs[i], batches[i]); err == nil && reason != "" {
			err = &Broken{project, seqs[i], reason}
		}
	}
	if err == nil && last < before {
		err = &Broken{project, last + 1, fmt.Sprintf("entry is missing, the head stands at %d", before)}
	}
	if err != nil {
		return wrapBroken(err)
	}
	// Entries may have been added while walking; the head has moved with them.
	now, _, err := head(ctx, q, project)
	if err != nil {
		return fmt.Errorf("verify audit log: %w", err)
	}
	if last > now {
		return &Broken{project, now + 1, "entry is newer than the head: put in by hand, or the head was changed"}
	}
	return nil
}

func wrapBroken(err error) error {
	if b := (*Broken)(nil); errors.As(err, &b) {
		return b
	}
	return fmt.Errorf("verify audit log: %w", err)
}

// VerifyAll verifies every chain and joins what it finds.
func (s *Service) VerifyAll(ctx context.Context) error {
	projects, err := chains(ctx, s.db.Reader(ctx))
	if err != nil {
		return fmt.Errorf("list audit chains: %w", err)
	}
	var found error
	for _, p := range projects {
		found = errors.Join(found, s.Verify(ctx, p))
	}
	return found
}

// Broken names the first entry of a project's chain that was edited, removed
// or put in by hand, as a sentence for the operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	err := s.Verify(ctx, project)
	if b := (*Broken)(nil); errors.As(err, &b) {
		return []string{fmt.Sprintf("操作日志第 %d 条（项目 %s）被改动、删除或手工插入：%s", b.Seq, b.Project, b.Reason)}, nil
	}
	return nil, err
}

// Chains are the projects that have a log; 0 is the installation's.
func (s *Service) Chains(ctx context.Context) ([]id.ID, error) {
	out, err := chains(ctx, s.db.Reader(ctx))
	if err != nil {
		return nil, fmt.Errorf("list audit chains: %w", err)
	}
	return out, nil
}

// Deed is an action on a subject.
type Deed struct {
	Action  string
	Subject id.ID
}

// Deeds counts the entries of some actions on subjects with after < id ≤ upto,
// so that a room can hold its documents against the log.
func (s *Service) Deeds(ctx context.Context, q db.Q, project, after, upto id.ID, actions ...string) (map[Deed]int, error) {
	out, err := countActions(ctx, q, project, after, upto, actions)
	if err != nil {
		return nil, fmt.Errorf("count audit entries: %w", err)
	}
	return out, nil
}

// Said is, by subject with after < id ≤ upto, what the first entry of some
// actions says it became (JSON as written).
func (s *Service) Said(ctx context.Context, q db.Q, project, after, upto id.ID, actions ...string) (map[id.ID]string, error) {
	out, err := saidOf(ctx, q, project, after, upto, actions)
	if err != nil {
		return nil, fmt.Errorf("read audit entries: %w", err)
	}
	return out, nil
}

// Newest is, by subject, what the newest entry about a kind of subject says it
// is now (JSON as written); entries that say nothing about that do not count, nor
// do those of the actions except.
func (s *Service) Newest(ctx context.Context, q db.Q, project id.ID, kind string, except ...string) (map[id.ID]string, error) {
	out, err := newestAfter(ctx, q, project, kind, except)
	if err != nil {
		return nil, fmt.Errorf("newest audit entries: %w", err)
	}
	return out, nil
}

// Head is the end of a project's chain, to be copied outside (backups, shift
// reports): the number of the newest entry and its MAC.
func (s *Service) Head(ctx context.Context, project id.ID) (seq int64, mac []byte, err error) {
	if seq, mac, err = head(ctx, s.db.Reader(ctx), project); err != nil {
		return 0, nil, fmt.Errorf("read audit head: %w", err)
	}
	return seq, mac, nil
}
