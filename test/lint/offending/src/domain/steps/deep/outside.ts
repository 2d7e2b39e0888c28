import '../../../store/db'; //! noRestrictedImports: The domain imports nothing but the domain
import '../../../runtime'; //! noRestrictedImports: The domain imports nothing but the domain
import '../../journey/state';
import '../../steps/mail';
import 'zod';
